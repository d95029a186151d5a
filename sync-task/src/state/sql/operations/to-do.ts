/**
 * SQL: may still be to do. In these words, so that both databases take the index of such entries: what is settled already costs
 * nothing, however much of it there is.
 */
export const mayBeToDo = `entry.status IN ('planned', 'failed', 'refused')`;
