-- Every change of these leaves an audit record.
call audit_table('prescription', 'Prescription', 'id', 'patient_id');
call audit_table('detected_issue', 'DetectedIssue', 'id', '(select p.patient_id from prescription as p where p.id = changed.prescription_id)');
call audit_table('dispense', 'Dispense', 'id', '(select p.patient_id from prescription as p where p.id = changed.prescription_id)');
-- What this service keeps of others.
call audit_table('patient_allergy', 'AllergyIntolerance', 'allergy_id', 'patient_id');
call audit_table('visit_window', 'Visit', 'visit_id', 'patient_id');
