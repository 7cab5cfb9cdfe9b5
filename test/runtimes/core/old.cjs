/**
 * A CommonJS module of tasks for the core checks; it requires JSON.
 */
const { factor } = require('./old.json');

exports.scaled = (n) => n * factor;
