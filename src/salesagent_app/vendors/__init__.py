"""Which vendor serves which port: the real one where its keys are set, else its memory stand-in.

The other half of the composition root, kept apart from it because every choice here follows from
the settings alone. Every port of a real vendor stands behind a guard, and each method's rule says
whether it may be asked again: a read may, whatever could do something twice may not.
"""

from __future__ import annotations

from salesagent_app.vendors.answering import guard_states
from salesagent_app.vendors.crm import allowances, crm_vendor
from salesagent_app.vendors.google import google_vendor, push_verifier
from salesagent_app.vendors.kinds import CrmVendor, GoogleVendor, ModelVendor
from salesagent_app.vendors.models import model_vendor

__all__ = [
    "CrmVendor",
    "GoogleVendor",
    "ModelVendor",
    "allowances",
    "crm_vendor",
    "google_vendor",
    "guard_states",
    "model_vendor",
    "push_verifier",
]
