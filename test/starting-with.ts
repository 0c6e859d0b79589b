import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Has the files of these names begin first, so that nobody waits at the end for one that takes long. */
export function startingWith(...names: readonly string[]): typeof BaseSequencer {
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      // oxlint-disable-next-line unicorn/no-array-sort -- This is no array's.
      const others = await super.sort(files);
      const first = names.flatMap((name) =>
        others.filter(({ moduleId }) => moduleId.endsWith(`/${name}.test.ts`)),
      );
      return [...new Set([...first, ...others])];
    }
  };
}
