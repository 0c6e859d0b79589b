/** How an agent said by a file, and not by its exit, that it has ended. */
export type Sentinel =
  | { readonly kind: "done" }
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "cancelled"; readonly message: string }
  | { readonly kind: "timeout"; readonly message: string };
