import type { ServiceRequest } from "./service.ts";

type Request = ServiceRequest & { readonly label: string; readonly log: string };

/** The property list of a launch agent: started at log-in, and again when it failed. */
export function launchdAgent({ label, root, command, variables, log }: Request): string {
  const environment = Object.entries(variables).flatMap(([name, value]) => [
    `    <key>${escaped(name)}</key>`,
    `    <string>${escaped(value)}</string>`,
  ]);
  const words = [...command, "--log", log];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "<dict>",
    "  <key>Label</key>",
    `  <string>${escaped(label)}</string>`,
    "  <key>ProgramArguments</key>",
    "  <array>",
    ...words.map((word) => `    <string>${escaped(word)}</string>`),
    "  </array>",
    "  <key>WorkingDirectory</key>",
    `  <string>${escaped(root)}</string>`,
    "  <key>EnvironmentVariables</key>",
    "  <dict>",
    ...environment,
    "  </dict>",
    "  <key>RunAtLoad</key>",
    "  <true/>",
    "  <key>KeepAlive</key>",
    "  <dict>",
    "    <key>SuccessfulExit</key>",
    "    <false/>",
    "  </dict>",
    // Agents go on when it is stopped.
    "  <key>AbandonProcessGroup</key>",
    "  <true/>",
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
