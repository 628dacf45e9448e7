-- Word only: an exhibit of many columns stands on pages of its own, laid across.
local function turned(kind)
  local size = kind == "across" and '<w:pgSz w:w="15840" w:h="12240" w:orient="landscape"/>' or '<w:pgSz w:w="12240" w:h="15840"/>'
  return pandoc.RawBlock("openxml", '<w:p><w:pPr><w:sectPr>' .. size .. '<w:pgMar w:top="1200" w:right="1200" w:bottom="1200" w:left="1200" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:pPr></w:p>')
end

function Div(div)
  if not div.classes:includes("wp-exhibit") then return nil end
  local wide = false
  div:walk({ Table = function(t) wide = wide or #t.colspecs > 6 end })
  if wide then return { turned("upright"), div, turned("across") } end
end
