"use strict";
// Passkeys in forms. A form with data-ask has one of the person's passkeys asked before it is sent,
// one with data-create makes a new one; what they answer goes along as a field of the form.
(() => {
  const able = () =>
    typeof PublicKeyCredential === "function" &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function";

  const say = (form, text) => {
    const place = document.getElementById(form.dataset.state);
    if (place) place.textContent = text;
    return place;
  };

  const told = (form, kind) => {
    const place = document.getElementById(form.dataset.state);
    say(form, place?.dataset[kind] || "");
  };

  class Refusal extends Error {}

  const asked = async (form, address) => {
    const fields = new URLSearchParams();
    for (const name of ["csrf", "seal", "decision", "purpose", "passkey"]) {
      const field = form.elements.namedItem(name);
      if (field) fields.set(name, field.value);
    }
    const answer = await fetch(address, { method: "POST", body: fields, cache: "no-store" });
    const body = await answer.json();
    if (answer.ok) return body;
    const ja = document.documentElement.lang === "ja";
    const error = body.error || {};
    throw new Refusal(ja ? `${error.message_ja} ${error.next_ja}` : `${error.message} ${error.next}`);
  };

  const prove = async (form) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
      await asked(form, form.dataset.ask),
    );
    const found = await navigator.credentials.get({ publicKey });
    form.elements.namedItem("proof").value = JSON.stringify(found.toJSON());
  };

  const create = async (form) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
      await asked(form, form.dataset.create),
    );
    const made = await navigator.credentials.create({ publicKey });
    form.elements.namedItem("answer").value = JSON.stringify(made.toJSON());
  };

  const send = (form, button) => {
    if (button?.name) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = button.name;
      field.value = button.value;
      form.append(field);
    }
    form.submit();
  };

  const busy = new WeakSet();

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.ask && !form.dataset.create) return;
    event.preventDefault();
    if (busy.has(form)) return;
    if (!able()) return told(form, "unable");
    busy.add(form);
    told(form, "waiting");
    try {
      if (form.dataset.ask) await prove(form);
      if (form.dataset.create) await create(form);
      send(form, event.submitter);
    } catch (error) {
      if (error instanceof Refusal) say(form, error.message);
      else told(form, "failed");
    } finally {
      busy.delete(form);
    }
  });
})();
