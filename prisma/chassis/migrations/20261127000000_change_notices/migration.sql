-- Tells every process that listens to this database that something has changed: when the transaction commits, and only then.
-- The topic is an id, never data. A bulk load tells nobody: it fills a system in which nobody waits.
create function announce(topic text) returns void language plpgsql as $$
begin
  if current_setting('chassis.bulk_load', true) is distinct from 'on' then
    perform pg_notify('change', topic);
  end if;
end $$;

-- For a table whose rows say who may open a patient's chart: the patient's id is the topic. Put on the relation tables by
-- the subgraphs that have subscriptions. A right that is new opens no stream; one that ends or moves must end some.
create function announce_lost_relation() returns trigger language plpgsql as $$
begin
  perform announce(old.patient_id);
  return null;
end $$;
