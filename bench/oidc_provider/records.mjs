// oidc-provider's records in PostgreSQL: one table, prepared statements, forgotten when they expire.
import pg from "pg";

const TABLES = `
CREATE TABLE IF NOT EXISTS record (
  model text NOT NULL, id text NOT NULL, payload jsonb NOT NULL,
  grant_id text, uid text, user_code text, expires_at timestamptz, consumed_at timestamptz,
  PRIMARY KEY (model, id));
CREATE INDEX IF NOT EXISTS record_grant ON record (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_uid ON record (uid) WHERE uid IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_user_code ON record (user_code) WHERE user_code IS NOT NULL;
CREATE INDEX IF NOT EXISTS record_expires ON record (expires_at);
CREATE TABLE IF NOT EXISTS person (id text PRIMARY KEY, name text, email text);`;
const ALIVE = "(expires_at IS NULL OR expires_at > now())";
const FOUND = "SELECT payload, extract(epoch FROM consumed_at)::int AS consumed FROM record WHERE";
const STATEMENTS = {
  find: `${FOUND} model = $1 AND id = $2 AND ${ALIVE}`,
  findByUid: `${FOUND} model = $1 AND uid = $2 AND ${ALIVE}`,
  findByUserCode: `${FOUND} model = $1 AND user_code = $2 AND ${ALIVE}`,
  upsert: `INSERT INTO record (model, id, payload, grant_id, uid, user_code, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
    ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
    uid = excluded.uid, user_code = excluded.user_code, expires_at = excluded.expires_at`,
  consume: "UPDATE record SET consumed_at = now() WHERE model = $1 AND id = $2",
  destroy: "DELETE FROM record WHERE model = $1 AND id = $2",
  revokeByGrantId: "DELETE FROM record WHERE model = $1 AND grant_id = $2",
  person: "SELECT id, name, email FROM person WHERE id = $1",
};
const pool = new pg.Pool({ connectionString: process.env.PEER_DATABASE, max: 16 });
const run = (name, ...values) => pool.query({ name, text: STATEMENTS[name], values });

export async function prepare(clients, people) {
  await pool.query(TABLES);
  for (const client of clients) await new Records("Client").upsert(client.client_id, client);
  for (const { id, name, email } of people) {
    await pool.query("INSERT INTO person VALUES ($1, $2, $3)", [id, name, email]);
  }
  setInterval(() => pool.query("DELETE FROM record WHERE expires_at < now()"), 60_000).unref();
}

export async function person(id) {
  return (await run("person", id)).rows[0];
}

export class Records {
  constructor(model) {
    this.model = model;
  }

  async #one(statement, value) {
    const row = (await run(statement, this.model, value)).rows[0];
    return row && { ...row.payload, ...(row.consumed ? { consumed: row.consumed } : {}) };
  }

  find(id) {
    return this.#one("find", id);
  }

  findByUid(uid) {
    return this.#one("findByUid", uid);
  }

  findByUserCode(code) {
    return this.#one("findByUserCode", code);
  }

  async upsert(id, payload, seconds) {
    const { grantId = null, uid = null, userCode = null } = payload;
    await run("upsert", this.model, id, payload, grantId, uid, userCode, seconds ?? null);
  }

  async consume(id) {
    await run("consume", this.model, id);
  }

  async destroy(id) {
    await run("destroy", this.model, id);
  }

  async revokeByGrantId(grantId) {
    await run("revokeByGrantId", this.model, grantId);
  }
}
