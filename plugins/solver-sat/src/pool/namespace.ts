/** Operator of a relation that asks about the machine, beside those of versions and rich dependencies: `namespace:language` and `de`. */
export const NAMESPACE = 32;
