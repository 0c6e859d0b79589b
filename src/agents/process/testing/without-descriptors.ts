import { execa } from "execa";

const USE_UP = `
  import { openSync } from "node:fs";
  try { for (;;) openSync("/dev/null"); } catch {}
`;

/** What a module prints in a process that can open no file, pipe or socket any more. */
export async function withoutDescriptors(module: string): Promise<string> {
  const limited = ["-c", 'ulimit -n 64; exec "$@"', "sh"];
  const program = [process.execPath, "--input-type=module", "-e", USE_UP + module];
  const { stdout } = await execa("sh", [...limited, ...program]);
  return stdout;
}
