"""Lists of cases as files 导出: written by a timer, fetched in parts."""
