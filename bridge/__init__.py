"""badge-bridge: from a Google Form and a coach's Sheet to verifiable Open Badges in the mailbox."""
