/**
 * SQL: may still be to do. Both databases match these very words with the partial index of open entries: settled entries cost
 * nothing.
 */
export const mayBeToDo = `entry.status IN ('planned', 'failed', 'refused')`;
