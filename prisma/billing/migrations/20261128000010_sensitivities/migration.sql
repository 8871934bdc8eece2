-- What a charged service tells of: such a charge is claimed from a payer only as far as the patient has not forbidden it.
create type "sensitivity_category" as enum ('SUBSTANCE_USE', 'PSYCHIATRIC', 'HIV');

alter table "charge_item" add column "sensitivities" "sensitivity_category"[] not null default '{}';

update "charge_item" as c set "sensitivities" = l."categories"
from (
  select "id", array_remove(array[
    case when "code" ~ 'substance|addiction' then 'SUBSTANCE_USE'::"sensitivity_category" end,
    case when "code" ~ 'psychiatr' then 'PSYCHIATRIC'::"sensitivity_category" end,
    case when "code" ~ '(^|-)hiv(-|$)' then 'HIV'::"sensitivity_category" end
  ], null) as "categories"
  from "charge_item"
) as l
where l."id" = c."id" and l."categories" <> '{}';
