-- What a record tells of beyond itself: such a record is hidden without a consent.
create type "sensitivity_category" as enum ('SUBSTANCE_USE', 'PSYCHIATRIC', 'HIV');

alter table "healthcare_service" add column "sensitivities" "sensitivity_category"[] not null default '{}';
alter table "appointment" add column "sensitivities" "sensitivity_category"[] not null default '{}';

-- A visit type says what it is about in its code; what was booked follows from it and from the specialty of the practitioner.
update "healthcare_service" set "sensitivities" = array_remove(array[
  case when "code" ~ 'substance|addiction' then 'SUBSTANCE_USE'::"sensitivity_category" end,
  case when "code" ~ 'psychiatr' then 'PSYCHIATRIC'::"sensitivity_category" end,
  case when "code" ~ '(^|-)hiv(-|$)' then 'HIV'::"sensitivity_category" end
], null);

-- No step of an appointment: nobody is told, and when it last changed stays.
alter table "appointment" disable trigger user;
update "appointment" as a set "sensitivities" = l."categories"
from (
  select a."id", array_remove(array[
    case when 'SUBSTANCE_USE' = any (s."sensitivities") then 'SUBSTANCE_USE'::"sensitivity_category" end,
    case when 'PSYCHIATRIC' = any (s."sensitivities") or p."specialty" = 'PSYCHIATRY' then 'PSYCHIATRIC'::"sensitivity_category" end,
    case when 'HIV' = any (s."sensitivities") then 'HIV'::"sensitivity_category" end
  ], null) as "categories"
  from "appointment" as a
  join "healthcare_service" as s on s."id" = a."healthcare_service_id"
  join "practitioner" as p on p."id" = a."practitioner_id"
) as l
where l."id" = a."id" and l."categories" <> '{}';
alter table "appointment" enable trigger user;
