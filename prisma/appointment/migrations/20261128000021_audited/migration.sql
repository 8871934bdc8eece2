-- Every change of these leaves an audit record.
call audit_table('appointment', 'Appointment', 'id', 'patient_id');
call audit_table('waitlist_entry', 'WaitlistEntry', 'id', 'patient_id');
