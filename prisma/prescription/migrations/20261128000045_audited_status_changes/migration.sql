-- The history of states carries texts of its own: every change of it leaves an audit record too.
call audit_table('prescription_status_change', 'Prescription', 'prescription_id', 'patient_id');
