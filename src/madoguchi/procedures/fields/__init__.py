"""Fields (項目): what people answer. One entry of `types.TYPES` is everything about one type.

`field` holds the compiled question, `parse_*` turn what was typed into values, `parties` says
which parts a composite answer has, `schema` and `display` turn values into JSON Schema and text.
"""
