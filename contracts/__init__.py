"""The words that agencies share: what an event may say, who may say it to whom, and on what ground."""
