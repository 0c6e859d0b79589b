import type pg from "pg";
import { OrchestraError } from "../../core/errors.ts";
import { quoted } from "../../core/names.ts";
import type { ServerLocation } from "../../config/store-location.ts";

type Found = { readonly is_there: boolean; readonly is_usable: boolean };

// Without the right to use a schema its tables are not refused, but out of sight: it would look as if
// there were no blackboard yet.
const NAMED = `
  select set_config('search_path', quote_ident($1), false),
    to_regnamespace(quote_ident($1)) is not null as is_there,
    coalesce(has_schema_privilege(to_regnamespace(quote_ident($1)), 'usage'), false) as is_usable`;
const OF_SEARCH_PATH = "select true as is_there, current_schema() is not null as is_usable";

/** Has a connection find the blackboard in the schema of its location, or refuses to go on. */
export async function useSchema(client: pg.Client, location: ServerLocation): Promise<void> {
  const { schema, place } = location;
  const { rows } =
    schema === undefined
      ? await client.query<Found>(OF_SEARCH_PATH)
      : await client.query<Found>(NAMED, [schema]);
  if (rows[0]?.is_usable) return;
  if (rows[0]?.is_there) throw new OrchestraError("READ_ONLY", withoutUsage(location));
  throw new OrchestraError(
    "STORE_UNAVAILABLE",
    `${place} names a schema that does not exist. Create it: create schema ${quoted(schema ?? "")}`,
  );
}

/** What to tell a user who lacks the right, and how it is had. */
export function withoutUsage({ place, schema }: ServerLocation): string {
  const [missing, name] =
    schema === undefined
      ? ["usage on any schema of its search path", "public"]
      : [`usage on schema ${schema}`, schema];
  return `${place} does not give this user the right of ${missing}. Let its owner say: grant usage, create on schema ${name} to USER`;
}
