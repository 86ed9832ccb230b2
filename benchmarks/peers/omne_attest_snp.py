"""omne-attest on SNP reports: its fields as it parses them, no text."""

import serve
from omne_attest import Report

serve.rounds(Report.parse)
