// The peer: npm oidc-provider with our lifetimes, kinds of keys and of tokens; told all by standard input.
import { readFileSync } from "node:fs";
import Provider from "oidc-provider";
import { person, prepare, Records } from "./records.mjs";

const told = JSON.parse(readFileSync(0, "utf8"));
const DAYS = 24 * 3600;
await prepare(told.static ? [] : told.clients, told.people);

const provider = new Provider(told.issuer, {
  adapter: Records,
  clients: told.static ? told.clients : [],
  jwks: { keys: told.keys },
  cookies: { keys: ["a secret of the bench"] },
  scopes: ["openid", "offline_access"],
  claims: { openid: ["sub"], profile: ["name", "locale"] },
  conformIdTokenClaims: true,
  pkce: { required: () => true },
  responseTypes: ["code"],
  rotateRefreshToken: true,
  // It gives offline_access only with prompt=consent: agreed to is what the client may do.
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed("refresh_token"),
  ttl: {
    AccessToken: 600, AuthorizationCode: 60, ClientCredentials: 600, IdToken: 600,
    RefreshToken: 30 * DAYS, Grant: 30 * DAYS, Session: DAYS / 2, Interaction: 3600,
  },
  features: {
    devInteractions: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    // Access tokens for an API are JWT; those for userinfo are opaque: it takes no others.
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx, client) => (client.clientId === "web" ? undefined : "urn:bench:api"),
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: "filings:read", audience: "urn:bench:api", accessTokenTTL: 600,
        accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  async findAccount(ctx, id) {
    const found = await person(id);
    return found && {
      accountId: id,
      claims: () => ({ sub: id, name: found.name, locale: "ja", email: found.email }),
    };
  },
});
const server = provider.listen(told.port, "127.0.0.1");
server.keepAliveTimeout = 120_000;
