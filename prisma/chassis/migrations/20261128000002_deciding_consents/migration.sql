-- Only consents about who may see what are kept: a scope to tell them from others is not needed.
delete from active_consent where scope <> 'PATIENT_PRIVACY';
alter table active_consent drop column scope;
