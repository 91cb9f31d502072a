"""From one delivery to lake, quarantine and receipt. Order: vault, parts, quarantine commit, lake commit, receipt.

The lake commit is the one moment of publication; see `recovery` for what happens when the process dies around it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from xiansuo.contracts.asset import AssetSpec, ReaderOptions, load_asset
from xiansuo.contracts.load import load_contract
from xiansuo.contracts.model import Contract
from xiansuo.core.files import locked
from xiansuo.core.naming import canonical_json, split_dataset
from xiansuo.core.progress import NullProgress, Progress
from xiansuo.core.settings import Settings
from xiansuo.ingest import quarantine
from xiansuo.ingest.casting import DELIVERY, filling_of, lake_schema
from xiansuo.ingest.delivery import Delivery, Letter, check_inventory, data_files, dataset_of, file_names, read_letter
from xiansuo.ingest.headers import matcher
from xiansuo.ingest.landing_zone import Landed, LandingZone
from xiansuo.ingest.readers.base import ReadContext
from xiansuo.ingest.receipts import ACCEPTED, REFUSED, Receipt, ReceiptBook
from xiansuo.ingest.recovery import RECEIPT_KEY, REPLACED_KEY, Journal, recover
from xiansuo.ingest.refusal import Refused
from xiansuo.ingest.replacing import replaced_deliveries
from xiansuo.ingest.vault import Stored, Vault
from xiansuo.lake.delta import Lake, write_part
from xiansuo.lake.session import connect

# Called with the name of each point the work passes; tests stop the process there.
Checkpoint = Callable[[str], None]
_LISTED_FURNITURE = 1000


def ingest(
    settings: Settings,
    path: Path,
    *,
    dataset: str | None = None,
    sender: str | None = None,
    letter_no: str | None = None,
    period: tuple[date, date] | None = None,
    corrects: str | None = None,
    received: date | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> Receipt:
    """Take in the file or delivery folder at ``path`` and return its receipt.

    Arguments win over delivery.yml, which wins over the asset file. A delivery that cannot be taken as it is leaves a
    receipt with status ``refused``; UsageError when the call itself makes no sense. The same bytes for the same period
    and purpose again change nothing and return the first receipt.
    """
    path = Path(path).resolve()
    letter, unreadable = _letter(path)
    name = dataset_of(path, dataset, letter, lambda candidate: _contract_path(settings, candidate) is not None)
    paths = data_files(path)
    delivery = Delivery(
        dataset=name,
        paths=paths,
        letter=letter,
        sender=sender or letter.sender,
        letter_no=letter_no or letter.letter_no,
        period=period or ((letter.period.first, letter.period.last) if letter.period else None),
        received=received or letter.received,
        corrects=corrects or letter.corrects,
    )
    work = _Ingest(
        settings,
        path,
        delivery,
        unreadable,
        now or datetime.now(UTC),
        progress or NullProgress(),
        checkpoint or (lambda point: None),
    )
    with locked(settings.home / "locks" / f"ingest.{name}"):
        return work.run()


def _letter(path: Path) -> tuple[Letter, Refused | None]:
    try:
        return read_letter(path), None
    except Refused as refused:
        return Letter(), refused


def _contract_path(settings: Settings, dataset: str) -> Path | None:
    if dataset.count(".") != 1:
        return None
    domain, name = dataset.split(".")
    path = settings.project / "data_contracts" / domain / f"{name}.yml"
    return path if path.is_file() else None


@dataclass
class _Ingest:
    settings: Settings
    path: Path
    delivery: Delivery
    unreadable: Refused | None
    now: datetime
    progress: Progress
    checkpoint: Checkpoint

    def run(self) -> Receipt:
        """The whole work, under the dataset's lock."""
        dataset = self.delivery.dataset
        self.contract, self.asset = _load(self.settings, dataset)
        self.book = ReceiptBook(self.settings, dataset)
        self.journal = Journal(self.settings, dataset)
        recover(self.settings, dataset)
        with _scratch(self.settings, dataset) as scratch:
            stored = self._store(scratch)
            self.delivery_id = self.delivery.identity([file.sha256 for file in stored])
            known = self.book.get(self.delivery_id)
            if known is not None and known.status != REFUSED:
                return replace(known, first=False)
            try:
                return self._accept(stored, scratch)
            except Refused as refused:
                receipt = self._receipt(REFUSED, [_file_entry(file) for file in stored], refusal=refused.to_dict())
                self.book.put(receipt)
                self.journal.close()
                return receipt

    def _store(self, scratch: Path) -> list[Stored]:
        vault = Vault(self.settings.vault, scratch)
        stored = []
        for number, (path, name) in enumerate(
            zip(self.delivery.paths, file_names(self.path, self.delivery.paths), strict=True)
        ):
            self.progress.step("vault", number, len(self.delivery.paths))
            stored.append(vault.store(path, name))
        self.checkpoint("stored")
        return stored

    def _accept(self, stored: list[Stored], scratch: Path) -> Receipt:
        self._check_letter(stored)
        options = self._reader_options()
        lake = Lake(self.settings)
        replaced = replaced_deliveries(self.delivery, self.asset.mode, self.book)
        self.journal.open(self.delivery_id)
        with ThreadPoolExecutor(1) as beside, closing(connect(self.settings)) as con:
            durable = beside.submit(Vault.sync, stored)
            con.execute("SET preserve_insertion_order = false")
            quarantine.begin(con)
            zone = LandingZone(
                con,
                self.contract,
                lake.dataset(self.delivery.dataset).root,
                self.delivery_id,
                filling_of(self.contract, self.delivery),
            )
            try:
                self._land(zone, stored, options, scratch)
                zone.settle(self._standing(lake, replaced))
                zone.check_ratio()
            except Refused:
                zone.discard()
                raise
            durable.result()
            return self._publish(zone, lake, replaced)

    def _land(self, zone: LandingZone, stored: list[Stored], options: ReaderOptions, scratch: Path) -> None:
        for number, file in enumerate(stored):
            self.progress.step("read", number, len(stored))
            context = ReadContext(
                options, matcher(self.contract, self.asset, file.name), zone.con, scratch, self.settings.threads
            )
            already = len(zone.landed)
            zone.add(file, context)
            self._check_rows(file, zone.landed[already:])
        self.progress.step("read", len(stored), len(stored))
        self.checkpoint("landed")
        announced = [file.rows for file in self.delivery.letter.files]
        if zone.rows_delivered == 0 and (not announced or any(rows != 0 for rows in announced)):
            raise Refused(
                "delivery:no_rows",
                "the delivery holds no data row",
                file=self.path,
                fix="if nothing happened in the period, say so in delivery.yml: files: [{name: ..., rows: 0}]",
            )

    def _standing(self, lake: Lake, replaced: list[str]) -> str | None:
        """Rows of the lake that stay and that an append delivery must agree with."""
        table = lake.dataset(self.delivery.dataset)
        if self.asset.mode != "append" or not table.partitions(DELIVERY) - set(replaced):
            return None
        columns = {column.name: column.type for column in self.contract.columns} | {DELIVERY: "VARCHAR"}
        gone = ", ".join(f"'{delivery_id}'" for delivery_id in replaced) or "''"
        return f"(SELECT * FROM {table.relation(columns)} WHERE {DELIVERY} NOT IN ({gone}))"

    def _publish(self, zone: LandingZone, lake: Lake, replaced: list[str]) -> Receipt:
        dataset = self.delivery.dataset
        quarantined = quarantine.count(zone.con)
        receipt = self._receipt(
            ACCEPTED,
            [_file_entry(landed.unit.stored, landed) for landed in zone.landed],
            rows_delivered=zone.rows_delivered,
            rows_lake=zone.rows_lake,
            rows_quarantined=quarantined,
            rows_duplicate=zone.rows_duplicate,
            rows_furniture=sum(len(landed.unit.furniture) for landed in zone.landed),
            reader=self._reader_options().model_dump(mode="json"),
        )
        self.checkpoint("before quarantine")
        self._publish_quarantine(zone, lake, quarantined)
        self.checkpoint("before lake")
        version = lake.dataset(dataset).commit(
            zone.lake_parts(),
            schema=lake_schema(self.contract),
            partition_by=DELIVERY,
            remove=replaced,
            metadata={RECEIPT_KEY: receipt.to_json(), REPLACED_KEY: canonical_json(replaced)},
        )
        self.checkpoint("before receipt")
        receipt = replace(receipt, table_version=version)
        self.book.put(receipt)
        self.checkpoint("before superseding")
        self.book.supersede(replaced, self.delivery_id)
        self.journal.close()
        self.checkpoint("done")
        return receipt

    def _publish_quarantine(self, zone: LandingZone, lake: Lake, quarantined: int) -> None:
        table = lake.quarantine(self.delivery.dataset)
        partition = {DELIVERY: self.delivery_id}
        stale = self.delivery_id in table.partitions(DELIVERY)
        if not quarantined and not stale:
            return
        parts = []
        if quarantined:
            parts = [write_part(zone.con, quarantine.ordered(), table.root, name="rejected", partition=partition)]
        self.checkpoint("quarantine written")
        table.commit(
            parts,
            schema=quarantine.SCHEMA,
            partition_by=DELIVERY,
            remove={self.delivery_id} if stale else (),
            metadata={"delivery": self.delivery_id},
        )

    def _check_letter(self, stored: list[Stored]) -> None:
        if self.unreadable is not None:
            raise self.unreadable
        check_inventory(self.path, self.delivery.paths, self.delivery.letter)
        hashes = [file.sha256 for file in stored]
        for file in stored:
            declared = self.delivery.declared(file.name)
            if declared and declared.sha256 and declared.sha256.lower() != file.sha256:
                raise Refused(
                    "declared:hash",
                    "the file is not the one the letter announces",
                    file=file.name,
                    field="sha256",
                    value=f"declared {declared.sha256}, delivered {file.sha256}",
                    fix="ask for the file again",
                )
            if hashes.count(file.sha256) > 1:
                raise Refused(
                    "delivery:same_file",
                    "two files of the delivery have the same bytes",
                    file=file.name,
                    fix="remove one of them, or ask the sender for the file that is missing",
                )

    def _check_rows(self, file: Stored, landed: list[Landed]) -> None:
        declared = self.delivery.declared(file.name)
        found = sum(one.rows for one in landed)
        if declared and declared.rows is not None and declared.rows != found:
            raise Refused(
                "declared:rows",
                f"the letter announces {declared.rows} rows, the file holds {found}",
                file=file.name,
                field="rows",
                value=declared.rows,
                fix="ask the sender which number is right",
            )

    def _reader_options(self) -> ReaderOptions:
        from pydantic import ValidationError

        try:
            return ReaderOptions.model_validate(self.asset.reader.model_dump() | self.delivery.letter.reader)
        except ValidationError as error:
            first = error.errors()[0]
            raise Refused(
                "letter:invalid",
                f"the letter's reader options are not understood: {first['msg']}",
                file=self.path,
                field="reader." + ".".join(map(str, first["loc"])),
                value=first.get("input"),
                fix=f"known keys: {', '.join(ReaderOptions.model_fields)}",
            ) from error

    def _receipt(
        self,
        status: str,
        files: list[dict[str, Any]],
        *,
        rows_delivered: int = 0,
        rows_lake: int = 0,
        rows_quarantined: int = 0,
        rows_duplicate: int = 0,
        rows_furniture: int = 0,
        refusal: dict[str, str] | None = None,
        reader: dict[str, Any] | None = None,
    ) -> Receipt:
        first, last = self.delivery.period or (None, None)
        received = self.delivery.received or self.now.date()
        return Receipt(
            delivery_id=self.delivery_id,
            dataset=self.delivery.dataset,
            status=status,
            mode=self.asset.mode,
            sender=self.delivery.sender or self.asset.sender,
            letter_no=self.delivery.letter_no,
            period_from=first.isoformat() if first else None,
            period_to=last.isoformat() if last else None,
            received=received.isoformat(),
            corrects=self.delivery.corrects,
            files=files,
            rows_delivered=rows_delivered,
            rows_lake=rows_lake,
            rows_quarantined=rows_quarantined,
            rows_duplicate=rows_duplicate,
            rows_furniture=rows_furniture,
            refusal=refusal,
            contract_hash=self.contract.content_hash,
            contract_version=self.contract.version,
            ingested_at=self.now.isoformat(timespec="seconds"),
            reader=reader or {},
        )


def _load(settings: Settings, dataset: str) -> tuple[Contract, AssetSpec]:
    domain, name = split_dataset(dataset)
    contract = load_contract(settings.project / "data_contracts" / domain / f"{name}.yml")
    return contract, load_asset(settings.project / "assets" / domain / f"{name}.yml")


@contextmanager
def _scratch(settings: Settings, dataset: str) -> Iterator[Path]:
    """A folder for this dataset's unfinished work; leftovers of a crash are removed first."""
    folder = settings.home / "tmp" / f"ingest.{dataset}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _file_entry(stored: Stored, landed: Landed | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": stored.name, "size": stored.size, "sha256": stored.sha256}
    if landed is None:
        return entry | {"file_id": stored.file_id}
    unit = landed.unit
    return entry | {
        "file_id": unit.file_id,
        "encoding": unit.encoding,
        "format": unit.format,
        "sheet": unit.sheet,
        "header_row": unit.header_row,
        "rows": landed.rows,
        "furniture": [{"row": item.row, "text": item.text} for item in unit.furniture[:_LISTED_FURNITURE]],
    }
