/** Whether a command line's arguments have one of these options, alone or as `--option=value`. */
export function hasOption(args: readonly string[], options: readonly string[]): boolean {
  return args.some((argument) =>
    options.some((option) => argument === option || argument.startsWith(`${option}=`)),
  );
}
