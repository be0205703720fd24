"""Every table, and what becomes of its rows when a case is erased. A test sees that none is missing.

`ERASED`: what of it goes. `KEPT`: why it stays. docs/howto/retention.md shows both.
"""

from collections.abc import Mapping

ERASED: Mapping[str, str] = {
    "case": "answers, officials' values, names, attached files, provenance, decision, search key",
    "draft": "drafts and corrections of the case: unfiled ones deleted, filed ones emptied",
    "held_input": "what was held for those drafts",
    "journal": "payload and salt of the entries of the case and its drafts",
    "letter": "text and PDF; number, title and day of issue stay",
    "message": "subject and text; that something was said, and when, stays",
    "development_mail": "mails of those messages",
    "conversation_entry": "the whole conversation",
    "case_note": "officials' notes",
    "opinion_task": "question, answer and names; that an agency was asked stays",
    "registration_check": "the comparison with the registry",
    "filing_key": "what filings of the same content share",
    "match_report": "what was reported",
    "match_line": "what was reported",
    "bulk_row": "answers, names, references and files of its row",
    "bulk_filing": "name and content of the file it came in",
    "fact": "facts that came from it",
    "document": "attached files and letters nothing else names",
    "export": "files of lists made since it arrived, of its agency or its party",
    "idempotency_key": "answers to programs that name it (at the end of a period: within a day, as all do)",
    "job": "finished jobs of its letters and messages",
}
KEPT: Mapping[str, str] = {
    # What the law keeps for its own sake.
    "register_entry": "the register is a record of its own (登録簿): kept as its law says",
    "register_key": "of the register",
    "entry_letter": "of the register",
    "entry_act": "of the register",
    "ledger_account": "of the register",
    "ledger_use": "of the register",
    "ledger_line": "of the register",
    "obligation": "duties of registrations: that one was fulfilled, by which filing, and when",
    "deadline_override": "of duties",
    "payment_request": "accounts of public money (会計): number, amount, day",
    "payment_clearing": "accounts",
    "payment_unknown_receipt": "accounts",
    "payment_receipt_file": "accounts",
    "payment_refund": "accounts",
    "quota_pool": "sums",
    "quota_claim": "what was granted out of a shared limit: two amounts",
    "collection_edition": "official reports and statistics, frozen when they were made",
    "registry_query": "who asked the registry about whom, and why: the log of access",
    "correction_point": "which questions people got wrong: question names only",
    "erasure": "the decision to erase, by whom and why",
    # What holds nothing of a filing.
    "journal_place": "order of the log",
    "journal_unplaced": "order of the log",
    "checkpoint_attestation": "signatures of the log",
    "counter": "numbers given out",
    "person": "accounts of people, not filings",
    "organisation": "accounts of organisations",
    "membership": "accounts",
    "agency": "offices",
    "role_grant": "accounts",
    "mandate": "accounts",
    "sign_in": "accounts",
    "account": "accounts",
    "passkey": "accounts",
    "recovery_code": "accounts",
    "invitation": "accounts",
    "branch": "accounts",
    "official_invitation": "accounts",
    "succession": "accounts: what present representatives answered, which officials agreed",
    "former_address": "accounts: nobody else has it for a while",
    "verification": "accounts: how a representative was proved",
    "trusted_provider": "providers officials sign in by",
    "provider_link": "accounts",
    "provider_session": "accounts: sign-ins by way of a provider",
    "provider_request": "requests under way: deleted within the hour",
    "organisation_closing": "accounts: which officials closed an organisation, and why",
    "registry_watch": "accounts: what the registry said of an organisation when last looked at",
    "representative_proof": "accounts: who was proved as representative, by which certificate",
    "proof": "proofs under way: deleted within the hour",
    "throttle": "limits in use: hashes, deleted once they are past",
    "access_token": "accounts",
    "oidc_client": "services people sign in at",
    "oidc_initial_token": "tokens by which services register themselves: who made them, for whom",
    "oidc_consent": "accounts: what a person lets a service have",
    "oidc_grant": "accounts: who signed in at which service",
    "oidc_pushed_request": "requests of services; deleted when they are used or expire",
    "oidc_device_request": "devices that wait for a person; deleted when they are answered or expire",
    "oidc_account_number": "accounts: what services written for GbizID call a person",
    "oidc_spent": "hashes of identifiers used once; deleted when they expire",
    "webhook_endpoint": "addresses of programs",
    "webhook_delivery": "ids, state and number only; deleted after a month",
    "webhook_attempt": "answers of other people's machines; deleted after a month",
    "registry_answer": "the registry's own record, kept for days",
    "link_state": "state of a connection",
    "postal_code": "postal codes",
    "address_town": "towns and their places",
    "corporation": "the public record of corporations",
    "corporation_past": "the public record of corporations, before",
    "registry_change": "numbers of corporations that changed, for two weeks",
    "corporation_file": "which files of corporations were taken in",
    "activity": "what public bodies published of corporations",
    "activity_file": "which files of activities were taken in",
    "corporation_detail": "what public bodies published of corporations, field by field",
    "api_key": "keys by which programs read public data",
    "api_key_use": "how much these keys were used, a number a day",
    "procedure": "procedures",
    "procedure_version": "procedures",
    "catalogue_entry": "the catalogue",
    "catalogue_package": "the catalogue",
    "catalogue_state": "the catalogue",
    "inspection_plan": "inspections are records of their own, of registrations",
    "inspection": "inspections",
    "inspector": "inspections",
    "visit_record": "inspections",
    "visit_photo": "inspections",
    "finding": "inspections",
    "improvement_report": "inspections",
    "inspection_letter": "inspections",
}

# Of the row of a case: what is left of it, and what is emptied (`acts` keep who did what, and when).
SHELL = frozenset(
    """
    id draft_id procedure_id digest kind title catalogue_id agency_id organisation_id filer_id
    agent_organisation_id branch_id revision state waits_for outcome arrival_number arrived_at decided_at
    due_on act_by turn review_role via_agency_id forward_to forward_by forwarded_at round_id late
    paused_since paused_days assignee_id acts copied_from channel stage processing_days on_time
    erased_at updated_at
    """.split()
)
EMPTIED = frozenset(
    """
    organisation_name filer_name agent_name applicant data official_data attached provenance
    omitted content_hash last_proposal decision correction keys name_key
    """.split()
)
