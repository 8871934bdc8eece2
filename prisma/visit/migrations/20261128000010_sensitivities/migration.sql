-- What a record tells of beyond itself: such a record is hidden without a consent.
create type "sensitivity_category" as enum ('SUBSTANCE_USE', 'PSYCHIATRIC', 'HIV');

alter table "visit" add column "sensitivities" "sensitivity_category"[] not null default '{}';
alter table "clinical_note" add column "sensitivities" "sensitivity_category"[] not null default '{}';

-- Of what is there already only the code of the visit type is known here. Nothing happens to the visits: nobody is told.
alter table "visit" disable trigger user;
alter table "clinical_note" disable trigger user;
update "visit" as v set "sensitivities" = l."categories"
from (
  select "id", array_remove(array[
    case when "service_code" ~ 'substance|addiction' then 'SUBSTANCE_USE'::"sensitivity_category" end,
    case when "service_code" ~ 'psychiatr' then 'PSYCHIATRIC'::"sensitivity_category" end,
    case when "service_code" ~ '(^|-)hiv(-|$)' then 'HIV'::"sensitivity_category" end
  ], null) as "categories"
  from "visit"
) as l
where l."id" = v."id" and l."categories" <> '{}';
update "clinical_note" as n set "sensitivities" = v."sensitivities"
from "visit" as v where v."id" = n."visit_id" and v."sensitivities" <> '{}';
alter table "visit" enable trigger user;
alter table "clinical_note" enable trigger user;
