-- 证据：该客户经理留有该中介电话的贷款、审批备案。
SELECT h.hit_id, 'bank.biz_loan' AS dataset, l._file, l._row, 'loan' AS role
FROM {{hits}} AS h
JOIN bank.biz_loan AS l ON l.manager_id = h.subject_id AND l.broker_phone = h.broker_phone
    AND l.disbursed_on BETWEEN h.occurred_from AND h.occurred_to
UNION ALL
SELECT h.hit_id, 'bank.loan_filing' AS dataset, a._file, a._row, 'approval' AS role
FROM {{hits}} AS h
JOIN bank.loan_filing AS a ON a.kind = '合作机构' AND a.party_id = h.broker_phone
UNION ALL
SELECT h.hit_id, 'bank.loan_filing' AS dataset, a._file, a._row, 'approval' AS role
FROM {{hits}} AS h
JOIN bank.biz_loan AS l ON l.manager_id = h.subject_id AND l.broker_phone = h.broker_phone
    AND l.disbursed_on BETWEEN h.occurred_from AND h.occurred_to
JOIN bank.loan_filing AS a ON a.kind = '园区批量授信' AND a.loan_no = l.loan_no
