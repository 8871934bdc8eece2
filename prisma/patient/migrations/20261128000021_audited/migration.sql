-- Every change of these leaves an audit record.
call audit_table('patient', 'Patient', 'id', 'id');
call audit_table('patient_identifier', 'Patient', 'patient_id', 'patient_id');
call audit_table('patient_name_word', 'Patient', 'patient_id', 'patient_id');
call audit_table('allergy_intolerance', 'AllergyIntolerance', 'id', 'patient_id');
call audit_table('consent', 'Consent', 'id', 'patient_id');
call audit_table('proxy_grant', 'ProxyGrant', 'id', 'patient_id');
call audit_table('care_team_member', 'CareTeamMember', 'id', 'patient_id');
call audit_table('break_glass', 'BreakGlassGrant', 'id', 'patient_id');
