import { quoted } from "../core/names.ts";

export type ParameterKind = "postgres" | "mysql";

/**
 * What may follow the `?` of a store's URL: what the drivers really use, and nothing that Orchestra
 * sets itself. The drivers overlook every other name, be it a mistyped wish for TLS.
 */
export const STORE_PARAMETERS: Readonly<Record<ParameterKind, readonly string[]>> = {
  postgres: [
    "schema",
    "sslmode",
    "ssl",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslnegotiation",
    "uselibpqcompat",
    "host",
    "port",
    "user",
    "password",
    "options",
    "application_name",
  ],
  mysql: ["ssl", "socketPath", "compress", "enableCleartextPlugin"],
};

type Parameters = {
  readonly kind: ParameterKind;
  readonly url: URL;
  /** The URL for people, which may be shorter than what it was read as. */
  readonly shown: string;
};

/** Why the parameters of a URL cannot be meant so; `undefined` when all of them are known. */
export function parameterProblem({ kind, url, shown }: Parameters): string | undefined {
  const known = STORE_PARAMETERS[kind];
  const names = [...url.searchParams.keys()];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    // A password with a `?` in it is read as parameters, and must not be told for one.
    if (!shown.includes(unknown)) return "special characters must be written as %40 and the like";
    return `there is no parameter ${quoted(unknown)}; there are ${known.join(", ")}`;
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `it has the parameter ${twice} twice`;
}
