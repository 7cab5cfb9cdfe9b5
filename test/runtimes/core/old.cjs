/**
 * A CommonJS module of tasks for the core checks; it requires JSON.
 */
const { factor } = require('./old.json');

const count = (n) => {
  let turns = 0;
  while (turns < n) turns += 1;
  return turns;
};

exports.oldText = () => String(count);
exports.scaled = (n) => n * factor;
