namespace PgWorkflows.Server.Console;

/// <summary>Which language a browser gets: the chosen one, else the one it asks for first.</summary>
internal static class LanguageChoice
{
    private const string Cookie = "pgw-language";

    public static Language Of(HttpRequest request) => request.Cookies[Cookie] switch
    {
        "ja" => Language.Japanese,
        "en" => Language.English,
        _ => request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.ToString()).FirstOrDefault(language => language.StartsWith("ja", StringComparison.OrdinalIgnoreCase) || language.StartsWith("en", StringComparison.OrdinalIgnoreCase))
            is { } first && first.StartsWith("ja", StringComparison.OrdinalIgnoreCase) ? Language.Japanese : Language.English,
    };

    public static void Keep(HttpContext context, string code) => context.Response.Cookies.Append(Cookie, code == "ja" ? "ja" : "en",
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, MaxAge = TimeSpan.FromDays(365), IsEssential = true });
}
