export { waitBefore, type Backoff } from './backoff.js';
export { connect, Connection, type Options, type State, type Status, type WebSocketConstructor, type WebSocketLike } from './connection.js';
export { LevelStore, millisecondsOf, type Level, type SubjectLevel } from './level_store.js';
export type * from './messages.js';
