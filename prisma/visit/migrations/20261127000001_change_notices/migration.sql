-- Whatever changes a visit announces its id, whoever writes: a mutation, an event of others, background work, a person at psql.
create function announce_visit() returns trigger language plpgsql as $$
begin
  perform announce(new.id);
  return null;
end $$;
create trigger visit_announce after insert or update on visit
  for each row execute function announce_visit();

create function announce_visit_of_row() returns trigger language plpgsql as $$
begin
  perform announce(new.visit_id);
  return null;
end $$;
create trigger visit_presence_announce after insert or update on visit_presence
  for each row execute function announce_visit_of_row();
-- A draft is saved every few seconds and is its author's alone: it is no news.
create trigger clinical_note_announce after insert or update on clinical_note
  for each row when (new.signed_at is not null) execute function announce_visit_of_row();

create function announce_visit_of_addendum() returns trigger language plpgsql as $$
begin
  perform announce(visit_id) from clinical_note where id = new.note_id;
  return null;
end $$;
create trigger note_addendum_announce after insert on note_addendum
  for each row execute function announce_visit_of_addendum();

create trigger treating_relation_announce after update or delete on treating_relation
  for each row execute function announce_lost_relation();
create trigger proxy_relation_announce after update or delete on proxy_relation
  for each row execute function announce_lost_relation();
