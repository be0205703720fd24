"""The routes of delegation, the steps before the page of one mandate."""

from madoguchi.cases.delegations import activity, api, pages, proposing

routers = (api.router, proposing.router, pages.router, activity.router)
