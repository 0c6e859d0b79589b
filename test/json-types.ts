/** A value's type once it went through JSON: what may be `undefined` may be left out. */
type Json<T> = T extends readonly (infer Item)[]
  ? Json<Item>[]
  : T extends object
    ? Flat<
        { [Key in keyof T as undefined extends T[Key] ? never : Key]: Json<T[Key]> } & {
          [Key in keyof T as undefined extends T[Key] ? Key : never]?: Json<T[Key]> | undefined;
        }
      >
    : T;

/** One object type of several, which may change. */
type Flat<T> = { -readonly [Key in keyof T]: T[Key] };

/** `true` for types that are the same to the last optional property. */
export type Same<A, B> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- Kept open, types are compared as wholes.
  (<T>() => T extends Json<A> ? 1 : 2) extends <T>() => T extends Json<B> ? 1 : 2 ? true : false;
