"""What everything else is built with: records, lazy imports, digests, files, threads."""
