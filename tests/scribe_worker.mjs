// What lies in the worker's place while tests/scribe.mjs reads and writes: objects of the same classes that only copy.
import { DurableObject } from "cloudflare:workers";

class Copyist extends DurableObject {
  // Before anything else: an alarm that is due rings now, and while it does, it cannot be read.
  constructor(ctx, env) {
    super(ctx, env);
    ctx.blockConcurrencyWhile(async () => (this.alarmAt = await ctx.storage.getAlarm()));
  }

  async fetch(request) {
    const { sql, alarm } = await request.json();
    try {
      if (sql) await this.write(sql, alarm);
      return Response.json(await this.read());
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  }

  // Never ends, and so never uses up an alarm that is due meanwhile: it is the worker's.
  alarm() {
    return new Promise(() => {});
  }

  async write(sql, alarm) {
    const { storage } = this.ctx;
    await storage.deleteAlarm();
    await storage.deleteAll();
    for (const statement of sql) storage.sql.exec(statement);
    if (alarm != null) await storage.setAlarm(alarm);
    this.alarmAt = alarm ?? null;
    await storage.sync();
  }

  // Tables, their rows, then whatever else there is, as statements that make them again.
  async read() {
    const { storage } = this.ctx;
    if ((await storage.list({ limit: 1 })).size > 0) throw new Error("has key-value rows, which nothing here copies");
    const all = (query) => storage.sql.exec(query).toArray();
    const named = (part) =>
      all(`SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_%' ESCAPE '\\' AND ${part} ORDER BY name`);
    const tables = named("type = 'table'");
    const rows = ({ name }) => {
      const columns = all(`SELECT name FROM pragma_table_info('${name}')`).map((column) => `quote("${column.name}")`);
      const values = all(`SELECT ${columns.join(" || ', ' || ")} AS row FROM "${name}"`);
      return values.map(({ row }) => `INSERT INTO ${name} VALUES (${row})`);
    };
    const sql = [
      ...tables.map((table) => table.sql),
      ...tables.flatMap(rows),
      ...named("type <> 'table'").map((other) => other.sql),
    ];
    return { alarm: this.alarmAt, sql };
  }
}

export class PaymentObject extends Copyist {}
export class StoreObject extends Copyist {}

export default {};
