// A person's browser: keeps cookies, signs in, agrees, and ends at the service's own address.
export class Person {
  constructor(site, id) {
    Object.assign(this, { site, id, cookies: new Map() });
  }

  async go(url, form) {
    const answer = await fetch(new URL(url, this.site), {
      method: form ? "POST" : "GET",
      body: form && new URLSearchParams(form),
      redirect: "manual",
      headers: { cookie: [...this.cookies].map((pair) => pair.join("=")).join("; ") },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split(/=(.*)/s);
      this.cookies.set(name, value);
    }
    return answer;
  }

  async signIn() {
    const answer = await this.go("/sign-in", { person: this.id, return: "/" });
    if (answer.status !== 303) throw new Error(`sign-in: ${answer.status}`);
  }

  // Where the service gets its answer; `choice` is what is chosen on the consent page.
  async agree(url, choice = {}) {
    await this.signIn();
    let answer = await this.go(url);
    if (answer.status === 200) answer = await this.go(url, { decision: "allow", ...choice });
    if (answer.status !== 303) throw new Error(`authorize: ${answer.status}`);
    return new URL(answer.headers.get("location"));
  }
}
