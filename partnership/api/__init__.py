"""What all resources of the REST API share: who calls and what they may do, paging, problems, repeated requests, description.

Each app's own resources stand in its `api.py` (`urlpatterns`); partnership/api/urls.py puts them together.
"""
