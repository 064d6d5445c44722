"""One module per page. Each has ``routes(desk)``, and every route of it asks the desk who visits, with which right."""
