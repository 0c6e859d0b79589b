import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { Environment } from "../../config/environment.ts";
import { STATE_FOLDER } from "../../config/paths.ts";
import { launchdAgent } from "./launchd-agent.ts";
import { systemdUnit } from "./systemd-unit.ts";

/** What a service manager is to keep running. */
export type ServiceRequest = {
  readonly root: string;
  /** Node, the file of the program, its arguments. */
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
};

export type Manager = "systemd" | "launchd";

export type Service = {
  readonly manager: Manager;
  readonly file: string;
  readonly text: string;
  /** What to type to have it started now and from then on. */
  readonly enable: string;
  /** What to type to have it stopped, and not started again. */
  readonly disable: string;
};

/** The service of a project, whose name no other project has. */
export function serviceOf(
  manager: Manager,
  {
    root,
    program,
    environment,
  }: {
    readonly root: string;
    readonly program: readonly [node: string, file: string];
    readonly environment: Environment;
  },
): Service {
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 8);
  const plain = basename(root).replaceAll(/[^A-Za-z0-9._-]+/g, "-");
  const name = `orchestra-${plain}-${hash}`;
  const request = { root, ...commandAndVariables(program, environment) };
  if (manager === "systemd") {
    const config = environment.variables["XDG_CONFIG_HOME"] || join(environment.home, ".config");
    return {
      manager,
      file: join(config, "systemd/user", `${name}.service`),
      text: systemdUnit(request),
      enable: `systemctl --user daemon-reload && systemctl --user enable --now ${name}`,
      disable: `systemctl --user disable --now ${name}`,
    };
  }
  const file = join(environment.home, "Library/LaunchAgents", `${name}.plist`);
  const log = join(root, STATE_FOLDER, "daemon.log");
  return {
    manager,
    file,
    text: launchdAgent({ ...request, label: name, log }),
    enable: `launchctl load -w '${file}'`,
    disable: `launchctl unload -w '${file}'`,
  };
}

/** Managers start with hardly any environment: agents are found by the PATH of today. */
function commandAndVariables(
  [node, file]: readonly [node: string, file: string],
  { path, storeUrl, variables }: Environment,
): Pick<ServiceRequest, "command" | "variables"> {
  const paths = [dirname(node), ...path.split(":")];
  const kept = ["ORCHESTRA_HOME", "XDG_DATA_HOME"].flatMap((name) => {
    const value = variables[name];
    return value ? [[name, value]] : [];
  });
  return {
    command: [node, file, "run", "--watch"],
    variables: {
      PATH: [...new Set(paths.filter(Boolean))].join(":"),
      ...Object.fromEntries(kept),
      ...(storeUrl === undefined ? {} : { ORCHESTRA_STORE: storeUrl }),
    },
  };
}
