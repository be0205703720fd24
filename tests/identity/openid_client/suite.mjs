// node suite.mjs CASE < settings.json: one flow by openid-client; exits 1 where it is not satisfied.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import * as jose from "jose";
import * as client from "openid-client";
import { Person } from "./person.mjs";

const told = JSON.parse(readFileSync(0, "utf8"));
const person = new Person(told.issuer, told.person);
const SCOPE = "openid profile organisation offline_access";

function connect(name, authentication, metadata = {}) {
  const { id, secret } = told.clients[name];
  return client.discovery(
    new URL(told.issuer), id, metadata, authentication ?? client.ClientSecretBasic(secret),
    { execute: [client.allowInsecureRequests] },
  );
}

// Code and PKCE with state and nonce, by query or pushed; the tokens.
async function signIn(config, { push = false, options, scope = SCOPE } = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const asked = {
    redirect_uri: told.callback,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  };
  const url = push
    ? await client.buildAuthorizationUrlWithPAR(config, asked, options)
    : client.buildAuthorizationUrl(config, asked);
  const back = await person.agree(url);
  assert.equal(back.searchParams.get("iss"), told.issuer);
  return client.authorizationCodeGrant(config, back, checks, undefined, options);
}

async function whoIs(config, tokens, options) {
  const found = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, options);
  assert.equal(found.sub, told.person);
  assert.equal(found.name, told.name);
  return found;
}

async function refused(work, error) {
  await assert.rejects(work, (fault) => fault.error === error, `expected ${error}`);
}

async function privateKey(name) {
  const jwk = told.clients[name].jwk;
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]);
  return client.PrivateKeyJwt({ key, kid: jwk.kid });
}

async function dpop(config) {
  return { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256")) };
}

// A service written for GbizID: no PKCE, its issuer with or without the slash at the end.
const GBIZID_SCOPE = "openid profile user mandate email offline_access jp_gbizid_v1_ida role delegation_info";

async function connectAsGbizid(name, metadata = {}) {
  const { id, secret } = told.clients[name];
  const site = new URL("/oauth/.well-known/openid-configuration", told.issuer);
  const published = await (await fetch(site)).json();
  assert.equal(published.issuer, `${told.issuer}/oauth/`);
  const issuer = name === "gbizid_bare" ? `${told.issuer}/oauth` : published.issuer;
  const config = new client.Configuration(
    { ...published, issuer }, id, { id_token_signed_response_alg: "RS256", ...metadata },
    client.ClientSecretBasic(secret),
  );
  client.allowInsecureRequests(config);
  client.enableNonRepudiationChecks(config);
  return config;
}

async function signInAsGbizid(config, { who = person, choice, scope = GBIZID_SCOPE } = {}) {
  const checks = { expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: told.callback, scope, state: checks.expectedState, nonce: checks.expectedNonce,
  });
  const back = await who.agree(url, choice);
  assert.match(back.searchParams.get("code"), /^[A-Za-z0-9]{22}$/);
  const tokens = await client.authorizationCodeGrant(config, back, checks);
  assert.equal(tokens.expires_in, 3600);
  assert.match(tokens.claims().sub, /^[1-9][0-9]*$/);
  return tokens;
}

const aboutGbizid = (config, tokens) =>
  client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);

// GbizID's own words: the client tells a challenge by its cause, any other error by its code.
async function refusedAsGbizid(work, error) {
  await assert.rejects(work, (fault) => {
    assert.equal(fault.status, 401);
    return (fault.error ?? fault.cause[0].parameters.error) === error;
  });
}

// Registered by itself with what an administrator gave it.
function registered(metadata, token = told.invitation) {
  return client.dynamicClientRegistration(
    new URL(told.issuer),
    {
      client_name: "外のサービス", redirect_uris: [told.callback],
      token_endpoint_auth_method: "client_secret_post", ...metadata,
    },
    undefined,
    { initialAccessToken: token, execute: [client.allowInsecureRequests] },
  );
}

const CASES = {
  async code_and_userinfo() {
    const config = await connect("basic");
    const found = await whoIs(config, await signIn(config));
    assert.equal(found.organisation.corporate_number, "7000012050002");
  },

  async secret_in_the_body() {
    const config = await connect("post", client.ClientSecretPost(told.clients.post.secret));
    await whoIs(config, await signIn(config));
  },

  async public_client() {
    const config = await connect("public", client.None());
    await whoIs(config, await signIn(config));
  },

  async private_key_jwt() {
    const config = await connect("key", await privateKey("key"));
    await whoIs(config, await signIn(config));
  },

  async id_token_by_rs256() {
    const config = await connect("rs256", undefined, { id_token_signed_response_alg: "RS256" });
    client.enableNonRepudiationChecks(config);
    await whoIs(config, await signIn(config));
  },

  async signature_checked_with_our_keys() {
    const config = await connect("basic", undefined, { id_token_signed_response_alg: "ES256" });
    client.enableNonRepudiationChecks(config);
    await whoIs(config, await signIn(config));
  },

  async refresh_turns_and_reuse_ends_the_family() {
    const config = await connect("basic");
    const first = await signIn(config);
    const second = await client.refreshTokenGrant(config, first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    await refused(client.refreshTokenGrant(config, first.refresh_token), "invalid_grant");
    await refused(client.refreshTokenGrant(config, second.refresh_token), "invalid_grant");
  },

  async introspection_and_revocation() {
    const config = await connect("basic");
    const tokens = await signIn(config);
    const found = await client.tokenIntrospection(config, tokens.access_token);
    assert.equal(found.active, true);
    assert.equal(found.sub, told.person);
    await client.tokenRevocation(config, tokens.refresh_token);
    assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false);
  },

  async client_credentials() {
    const config = await connect("program", await privateKey("program"));
    const tokens = await client.clientCredentialsGrant(config, { scope: "filings:read" });
    assert.equal(tokens.token_type, "bearer");
    await refused(client.clientCredentialsGrant(config, { scope: "openid" }), "invalid_scope");
  },

  async pushed_request() {
    const config = await connect("basic");
    await whoIs(config, await signIn(config, { push: true }));
  },

  async dpop_with_nonce() {
    const config = await connect("basic");
    const options = await dpop(config);
    const tokens = await signIn(config, { options });
    assert.equal(tokens.token_type, "dpop");
    await whoIs(config, tokens, options);
    const turned = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, options);
    assert.equal(turned.token_type, "dpop");
    // The stolen token without its key, or with the thief's.
    await assert.rejects(client.fetchUserInfo(config, turned.access_token, told.person));
    await assert.rejects(
      client.fetchUserInfo(config, turned.access_token, told.person, await dpop(config)),
    );
  },

  async dpop_keeps_a_public_clients_refresh_token() {
    const config = await connect("public", client.None());
    const options = await dpop(config);
    const tokens = await signIn(config, { options });
    const thief = await dpop(config);
    await refused(
      client.refreshTokenGrant(config, tokens.refresh_token, undefined, thief), "invalid_grant",
    );
    await client.refreshTokenGrant(config, tokens.refresh_token, undefined, options);
  },

  async pushed_bound_and_signed() {
    const config = await connect("strict", await privateKey("strict"));
    const options = await dpop(config);
    await whoIs(config, await signIn(config, { push: true, options }), options);
    await assert.rejects(signIn(config, { options }));
    await assert.rejects(signIn(config, { push: true }));
  },

  async device() {
    const config = await connect("device", client.None());
    const begun = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
    const polling = client.pollDeviceAuthorizationGrant(config, begun);
    await person.signIn();
    const page = await person.go(begun.verification_uri_complete);
    assert.match(await page.text(), new RegExp(begun.user_code));
    await person.go("/device", { user_code: begun.user_code, decision: "allow" });
    await whoIs(config, await polling);
  },

  async device_denied() {
    const config = await connect("device", client.None());
    const begun = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
    await person.signIn();
    await person.go("/device", { user_code: begun.user_code, decision: "deny" });
    await refused(client.pollDeviceAuthorizationGrant(config, begun), "access_denied");
  },

  async logout() {
    const config = await connect("basic");
    const tokens = await signIn(config);
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token, post_logout_redirect_uri: told.bye, state: "s",
    });
    const answer = await person.go(url);
    assert.equal(answer.headers.get("location"), `${told.bye}?state=s`);
    const account = await person.go("/account");
    assert.match(account.headers.get("location"), /^\/sign-in/);
  },

  async registration() {
    await assert.rejects(registered({}, "guess"));
    await refused(registered({ redirect_uris: ["http://evil.example/"] }), "invalid_redirect_uri");
    await refused(registered({ scope: "openid email" }), "invalid_client_metadata");
    const config = await registered({});
    await whoIs(config, await signIn(config, { scope: "openid profile" }));
    const { registration_client_uri: own, registration_access_token: token, ...kept } = config.clientMetadata();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    assert.equal((await (await fetch(own, { headers })).json()).client_id, kept.client_id);
    const body = JSON.stringify({ ...kept, client_name: "改めた名前" });
    const changed = await (await fetch(own, { method: "PUT", headers, body })).json();
    assert.equal(changed.client_name, "改めた名前");
    assert.equal((await fetch(own, { method: "DELETE", headers })).status, 204);
    assert.equal((await fetch(own, { headers })).status, 401);
  },

  async back_channel_logout() {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const config = await registered({
      backchannel_logout_uri: `http://127.0.0.1:${server.address().port}/out`,
      backchannel_logout_session_required: true,
    });
    assert.equal(config.serverMetadata().backchannel_logout_session_supported, true);
    const tokens = await signIn(config, { scope: "openid profile" });
    const notice = once(server, "request");
    await person.go("/sign-out", {});
    const [request, answer] = await notice;
    assert.equal(request.headers["content-type"], "application/x-www-form-urlencoded");
    const sent = new URLSearchParams(await new Response(request).text());
    answer.end();
    server.close();
    const keys = jose.createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
    const { payload } = await jose.jwtVerify(sent.get("logout_token"), keys, {
      issuer: told.issuer, audience: config.clientMetadata().client_id, typ: "logout+jwt",
      maxTokenAge: "2 minutes", requiredClaims: ["jti", "exp", "iat", "events", "sid", "sub"],
    });
    assert.deepEqual(payload.events, { "http://schemas.openid.net/event/backchannel-logout": {} });
    assert.equal(payload.nonce, undefined);
    assert.equal(payload.sid, tokens.claims().sid);
    assert.equal(payload.sub, tokens.claims().sub);
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, told.person));
  },

  async gbizid() {
    const config = await connectAsGbizid("gbizid");
    const tokens = await signInAsGbizid(config);
    assert.equal(tokens.claims().iss, `${told.issuer}/oauth/`);
    const found = await aboutGbizid(config, tokens);
    assert.deepEqual(
      [found.account_type, found.corp_type, found.corporate_number, found.delegation_info],
      ["2", "1", "7000012050002", {}],
    );
    assert.deepEqual(found.role.permission, [{ role: "jp_gbizid_prime" }]);
    const { verification, claims } = found.verified_claims;
    assert.equal(verification.trust_framework, "jp_gbizid_v1");
    assert.equal(verification.assurance_level, "ial2");
    assert.equal(claims.authority.applies_to.registration_number, "7000012050002");
    assert.deepEqual(claims.authority.permission, [{ role: "prime" }]);
    assert.deepEqual(found.mandate_info, [{ client_id: told.clients.gbizid.id }]);
  },

  async gbizid_without_the_slash() {
    const config = await connectAsGbizid("gbizid_bare");
    const tokens = await signInAsGbizid(config);
    assert.equal(tokens.claims().iss, `${told.issuer}/oauth`);
    const turned = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(turned.claims().iss, `${told.issuer}/oauth`);
    // Who expects the other spelling is not satisfied.
    const other = await connectAsGbizid("gbizid");
    await assert.rejects(
      signInAsGbizid(new client.Configuration(
        { ...config.serverMetadata(), issuer: other.serverMetadata().issuer },
        told.clients.gbizid_bare.id, told.clients.gbizid_bare.secret,
      )),
    );
  },

  async gbizid_refresh_and_its_own_errors() {
    const config = await connectAsGbizid("gbizid");
    const tokens = await signInAsGbizid(config);
    const scope = "openid profile offline_access";
    await refusedAsGbizid(client.refreshTokenGrant(config, tokens.refresh_token, { scope: "profile" }), "invalid_scope");
    await refusedAsGbizid(client.refreshTokenGrant(config, tokens.refresh_token, { scope: "openid wider" }), "invalid_scope");
    const turned = await client.refreshTokenGrant(config, tokens.refresh_token, { scope });
    assert.deepEqual(Object.keys(await aboutGbizid(config, turned)).includes("role"), false);
    await refusedAsGbizid(client.refreshTokenGrant(config, "guess"), "invalid_token");
    await refusedAsGbizid(client.refreshTokenGrant(config, tokens.refresh_token), "invalid_token");
    const wrong = new client.Configuration(
      config.serverMetadata(), told.clients.gbizid.id, {}, client.ClientSecretBasic("guess"),
    );
    client.allowInsecureRequests(wrong);
    await refusedAsGbizid(client.refreshTokenGrant(wrong, turned.refresh_token), "unauthorized");
  },

  async gbizid_delegation() {
    const config = await connectAsGbizid("gbizid");
    const agent = new Person(told.issuer, told.agent);
    const tokens = await signInAsGbizid(config, { who: agent, choice: { organisation: told.company } });
    const { delegation_info: given } = await aboutGbizid(config, tokens);
    assert.equal(given.corp_no, "7000012050002");
    assert.equal(Object.keys(given).length, 31);
    assert.ok(given.delegation_no);
  },
};

await CASES[process.argv[2]]();
console.log("ok");
