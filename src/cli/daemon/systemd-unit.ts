import type { ServiceRequest } from "./service.ts";

/** The unit of a user's own systemd, which writes what it says to the journal. */
export function systemdUnit({ root, command, variables }: ServiceRequest): string {
  const environment = Object.entries(variables).map(
    ([name, value]) => `Environment=${quoted(`${name}=${value}`)}`,
  );
  return [
    "[Unit]",
    `Description=Orchestra works the queue of ${specifiers(root)}`,
    "",
    "[Service]",
    `WorkingDirectory=${specifiers(root)}`,
    `ExecStart=${command.map((word) => quoted(word).replaceAll("$", "$$$$")).join(" ")}`,
    ...environment,
    "Restart=on-failure",
    "RestartSec=10",
    // Agents are of its control group, and go on when it is stopped.
    "KillMode=process",
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ].join("\n");
}

/** `%` is what systemd replaces. */
function specifiers(text: string): string {
  return text.replaceAll("%", "%%");
}

function quoted(text: string): string {
  return `"${specifiers(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
