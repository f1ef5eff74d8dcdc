/** Who signs in at the fake Google, and how it says no. */
export interface Person {
  readonly sub: string
  readonly email: string
  readonly name?: string
  readonly hd?: string
}

/** A refusal of the token endpoint; `status` is 400 unless it says otherwise. */
export interface FakeTokenError {
  readonly error: string
  readonly error_description?: string
  readonly error_subtype?: string
  readonly status?: number
}
