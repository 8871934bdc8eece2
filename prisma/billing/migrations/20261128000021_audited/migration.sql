-- Every change of these leaves an audit record.
call audit_table('account', 'Account', 'id', 'patient_id');
call audit_table('charge_item', 'ChargeItem', 'id', 'patient_id');
call audit_table('invoice', 'Invoice', 'id', 'patient_id');
call audit_table('invoice_line', 'Invoice', 'invoice_id', '(select i.patient_id from invoice as i where i.id = changed.invoice_id)');
call audit_table('payment', 'Payment', 'id', 'patient_id');
call audit_table('refund', 'Refund', 'id', 'patient_id');
call audit_table('coverage', 'Coverage', 'id', 'patient_id');
call audit_table('claim', 'Claim', 'id', 'patient_id');
call audit_table('ledger_transaction', 'LedgerTransaction', 'id', 'patient_id');
call audit_table('ledger_entry', 'LedgerTransaction', 'transaction_id', 'patient_id');
