import { type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import type { SqlExecutor } from '../database.ts';
import { purposeOf, type Caller, type Origin } from '../caller.ts';

/** Who acts, on whose behalf, from where and for which request: what every audit record says beside what was done. */
export interface Acting {
  readonly caller: Caller;
  readonly requestId: string;
  readonly origin: Origin;
}

/** The same as SQL that sets it for the rest of the transaction: the triggers of audited tables read it. */
export function actorSql({ caller, requestId, origin }: Acting): Sql {
  const { subject, role, actor, clientId, practitionerId } = caller;
  const { address, operationHash } = origin;
  const text = JSON.stringify({
    subject,
    role,
    actor,
    clientId,
    practitionerId,
    purpose: purposeOf(caller),
    requestId,
    address,
    operationHash,
  });
  return sql`set_config('audit.actor', ${text}, true)`;
}

/** Says who acts in this transaction, where no other statement does it by the way. */
export async function actAs(tx: SqlExecutor, acting: Acting): Promise<void> {
  await tx.$queryRaw(sql`select ${actorSql(acting)}`);
}
