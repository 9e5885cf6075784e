// The programs that a page needs behind it, started for real in a folder of their own: a made-up market, an engine, a console server, and
// `tail`, whose word the page is held to.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kProgram = process.env.GROUNDSWELL_BINARY;
const kSource = process.env.GROUNDSWELL_SOURCE_DIR;
export const kStory = ['--seed', '6', '--regime', 'narrow_to_broad', '--profile', 'rotation'];

export async function until(what, holds, patience_ms = 30_000) {
  for (const end = Date.now() + patience_ms; Date.now() < end; ) {
    const value = await holds();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it did not come: ${what}`);
}

export class Program {
  constructor(folder, words, onLine) {
    this.words = words;
    this.out = [];
    this.err = '';
    this.child = spawn(kProgram, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: this.child.stdout }).on('line', onLine ?? ((line) => this.out.push(line)));
    this.child.stderr.on('data', (text) => (this.err += text));
    this.ended = new Promise((resolve) => this.child.on('close', (code, signal) => resolve({ code, signal })));
  }
  async says(text) {
    let over = false;
    this.ended.then(() => (over = true));
    await until(`'${text}' from ${this.words.join(' ')}: ${this.err}`, () => (this.err + this.out.join('\n')).includes(text) || over);
    if (!(this.err + this.out.join('\n')).includes(text)) throw new Error(`${this.words.join(' ')} ended: ${this.err}`);
  }
  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}

/** One market, engine and console in a temporary folder. */
export class Desk {
  constructor({ universe = join(kSource, 'config/baskets.toml'), session = '2026-11-20', history = 520, feeds = true } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'groundswell-desk-'));
    this.session = session;
    this.history = history;
    this.universe = universe;
    this.recordings = join(this.folder, 'recordings');
    mkdirSync(this.recordings);
    this.programs = [];
    const triggers = readFileSync(join(kSource, 'config/groundswell.toml'), 'utf8').match(/^\[\[trigger\]\][^]*?(?=^# Where ticks come from)/m)[0];
    this.config = join(this.folder, 'groundswell.toml');
    this.signals = `ipc://${this.folder}/signals`;
    const feed = `[[feed]]\nname = "market"\nendpoint = "ipc://${this.folder}/feed"\npattern = "pull"\nmode = "bind"\n`;
    writeFileSync(
      this.config,
      `[time]\nsource = "feed"\n[publish]\nendpoint = "${this.signals}"\n[journal]\ndirectory = "${this.recordings}"\n` +
        `recording = "${this.recordings}/today"\n[universe]\nfile = "${universe}"\n` +
        (history > 0 ? `fundamentals = "${this.folder}/fundamentals.csv"\n[history]\nrecording = "${this.folder}/history.gsj"\n` : '') +
        (history > 0 ? triggers : '') + (feeds ? feed : ''),
    );
  }
  start(words, onLine) {
    const program = new Program(this.folder, words, onLine);
    this.programs.push(program);
    return program;
  }
  market() {
    return ['simulate', ...kStory, '--universe', this.universe, '--session', this.session, '--history-sessions', String(this.history)];
  }
  async writeHistory() {
    const written = this.start([...this.market(), '--history', 'history.gsj', '--fundamentals', 'fundamentals.csv', '--history-only', '-q']);
    const { code } = await written.ended;
    if (code !== 0) throw new Error(written.err);
  }
  async startEngine() {
    this.engine = this.start(['run', '-c', this.config]);
    await this.engine.says('running');
  }
  /** Everything that is published from here on, a JSON object a line. */
  async startTails() {
    const common = ['--endpoint', this.signals, '--any-mode', '--json'];
    const session = `"session":"${this.session}"`;
    this.rows = []; // of this session, in order; those of the history are many and not looked at
    const take = (line) => {
      if (line.includes(session)) this.rows.push(line);
    };
    this.levels = this.start(['tail', ...common, '--levels'], take);
    this.events = this.start(['tail', ...common], (line) => line.includes(session) && this.tape.push(JSON.parse(line)));
    this.tape = [];
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
  startMarket(...more) {
    this.feed = this.start([...this.market(), '--connect', '--push', '--endpoint', `ipc://${this.folder}/feed`, '-q', ...more]);
  }
  async startConsole(...more) {
    this.console = this.start(['web', '-c', this.config, '--listen', '127.0.0.1:0', ...more]);
    await this.console.says('console on');
    this.url = (this.console.err + this.console.out.join('\n')).match(/http:\/\/[0-9.:]+/)[0];
  }
  /** The rows of this session that `tail` has printed since the last call are known by scope, signal, milliseconds and clock. */
  told() {
    this.known ??= new Map();
    for (const line of this.rows.splice(0)) {
      const row = JSON.parse(line);
      this.known.set(`${row.scope} ${row.signal} ${Math.floor(row.ts_event / 1e6)} ${row.clock}`, row);
    }
    return this.known;
  }
  async close() {
    await Promise.all(this.programs.map((program) => program.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
