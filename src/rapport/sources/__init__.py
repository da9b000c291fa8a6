"""Sources: files of a shop's history become calls, whatever the shop named its columns.

In: a CSV, Parquet or JSON Lines file and a ``Source`` (``workspace.definitions``). Out: calls in wire form, refused
rows with reasons, and for a file nobody has mapped a ``Proposal``. By: ``reading`` streams records, ``staging`` lays
them out in a DuckDB on disk, ``mapping`` turns the source into one query, ``assemble`` makes calls of its rows;
``examine`` profiles an unknown file, ``propose`` says what its columns are, ``show`` prints that, ``declare`` writes
it into the workspace. Import from those modules; nothing is loaded with this door.
"""
