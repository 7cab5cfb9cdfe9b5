/** The tasks as poolifier wants them. */
import { ThreadWorker } from 'poolifier';
import * as tasks from './tasks.js';

export default new ThreadWorker({ ...tasks });
