-- Every change of these leaves an audit record.
call audit_table('visit', 'Visit', 'id', 'patient_id');
call audit_table('visit_presence', 'Visit', 'visit_id', '(select v.patient_id from visit as v where v.id = changed.visit_id)');
call audit_table('clinical_note', 'ClinicalNote', 'id', 'patient_id');
call audit_table('note_addendum', 'ClinicalNote', 'note_id', '(select n.patient_id from clinical_note as n where n.id = changed.note_id)');
