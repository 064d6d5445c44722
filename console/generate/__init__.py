"""What is generated from the catalogue: schemas, AsyncAPI, the table of events and the register of processing."""
