Attribute VB_Name = "xlmargin_ribbon"
' What the buttons on the ribbon call. The argument is the button, which none of them needs.
Option Explicit

Public Sub XlmOnRefresh(control As Object)
    XlmRefresh
End Sub

Public Sub XlmOnCheck(control As Object)
    XlmCheck
End Sub

Public Sub XlmOnImport(control As Object)
    XlmImport
End Sub

Public Sub XlmOnSnapshot(control As Object)
    XlmSnapshot
End Sub

Public Sub XlmOnReconcile(control As Object)
    XlmReconcile
End Sub

Public Sub XlmOnReport(control As Object)
    XlmReport
End Sub

Public Sub XlmOnRunAll(control As Object)
    XlmRunAll
End Sub

Public Sub XlmOnUndo(control As Object)
    XlmUndo
End Sub

Public Sub XlmOnSettings(control As Object)
    XlmSettings
End Sub

Public Sub XlmOnHelp(control As Object)
    ' The page of the functions, copied out of the add-in into a workbook of its own.
    ThisWorkbook.Worksheets("Help").Copy
    ActiveWorkbook.Saved = True
End Sub

Public Sub XlmOnAbout(control As Object)
    MsgBox ThisWorkbook.BuiltinDocumentProperties("Comments").Value & vbNewLine & vbNewLine & _
        "Python: " & GetConfig("INTERPRETER_WIN", "not named: run xlmargin install"), _
        vbInformation, "xlmargin"
End Sub
